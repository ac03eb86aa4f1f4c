# What plays the parent, the front and the kernel hand for leased.
leased_drv_OBJ := $(O)/regress/proc/leased_drv.o \
    $(O)/regress/proc/leased_drv_links.o \
    $(O)/regress/proc/leased_drv_owned.o $(O)/leased/hash.o
$(filter $(O)/regress/%,$(leased_drv_OBJ)): OBJ_CFLAGS = -I.
$(O)/regress/leased_drv: $(leased_drv_OBJ) $(LIBCOMMON)
	@mkdir -p $(@D)
	$(CC) $(LDHARDEN) $(LDFLAGS) -o $@ $^ $(BASE_LIBS)

regress-proc: $(O)/regress/leased_drv
DEPS += $(leased_drv_OBJ:.o=.d)
