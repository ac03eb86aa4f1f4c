# Plays the portal, for tests of the whole suite and the benchmark.
PORTALC :=	$(O)/regress/proc/portalc.o $(O)/regress/proc/portalc_call.o
$(PORTALC): OBJ_CFLAGS = $(apid_CFLAGS)

$(O)/regress/portalc: $(PORTALC)
	$(CC) $(LDHARDEN) $(LDFLAGS) -o $@ $^ $(apid_LIBS) $(BASE_LIBS)

regress-proc regress-net regress-vm bench: $(O)/regress/portalc
DEPS += $(PORTALC:.o=.d)
