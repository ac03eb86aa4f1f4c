# netd with a kernel in memory: a binary of its own, so that no option and no
# variable of the real one can ask for it.
fake_OBJ := $(O)/regress/proc/fake_kern.o $(O)/regress/proc/fake_state.o
fakectl_OBJ := $(O)/regress/proc/fakectl.o $(O)/regress/proc/fake_state.o
$(fake_OBJ) $(fakectl_OBJ): OBJ_CFLAGS = -I. $(netd_CFLAGS)
$(BIN)/netd-fake: $(filter-out $(O)/netd/kern_linux.o, $(netd_OBJ)) \
    $(fake_OBJ) $(LIBCOMMON)
	@mkdir -p $(@D)
	$(CC) $(LDHARDEN) $(LDFLAGS) -o $@ $^ $(netd_LIBS) $(BASE_LIBS)
$(O)/regress/fakectl: $(fakectl_OBJ) $(LIBCOMMON)
	@mkdir -p $(@D)
	$(CC) $(LDHARDEN) $(LDFLAGS) -o $@ $^ $(BASE_LIBS)
regress-proc regress-net bench: $(BIN)/netd-fake $(O)/regress/fakectl
DEPS += $(fake_OBJ:.o=.d) $(fakectl_OBJ:.o=.d)
kern_drv_OBJ := $(O)/regress/proc/kern_drv.o $(O)/regress/proc/fake_state.o
$(O)/regress/proc/kern_drv.o: OBJ_CFLAGS = -I. $(netd_CFLAGS)
$(O)/regress/kern_drv: $(kern_drv_OBJ) $(LIBCOMMON)
	$(CC) $(LDHARDEN) $(LDFLAGS) -o $@ $^ $(BASE_LIBS)
regress-proc: $(O)/regress/kern_drv
DEPS += $(O)/regress/proc/kern_drv.d
