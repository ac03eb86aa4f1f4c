# What plays the parent and leased for apid, and a client of raw bytes.
APID_TOOLS :=	apid_drv rawhttp

$(APID_TOOLS:%=$(O)/regress/%): $(O)/regress/%: $(O)/regress/proc/%.o \
    $(LIBCOMMON)
	$(CC) $(LDHARDEN) $(LDFLAGS) -o $@ $^ $(BASE_LIBS)

regress-proc: $(APID_TOOLS:%=$(O)/regress/%)
DEPS += $(APID_TOOLS:%=$(O)/regress/proc/%.d)
