# Plays leased for ctl_test.sh.
$(O)/regress/ctl_stub: $(O)/regress/proc/ctl_stub.o $(LIBCOMMON)
	$(CC) $(LDHARDEN) $(LDFLAGS) -o $@ $^ $(BASE_LIBS)

regress-proc: $(O)/regress/ctl_stub
DEPS += $(O)/regress/proc/ctl_stub.d
