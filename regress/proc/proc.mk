# Programs that the tests of whole processes use.
PROC_TOOLS :=	breakout hostile memfind

$(PROC_TOOLS:%=$(O)/regress/%): $(O)/regress/%: $(O)/regress/proc/%.o \
    $(LIBCOMMON)
	$(CC) $(LDHARDEN) $(LDFLAGS) -o $@ $^ $(BASE_LIBS)

regress-proc regress-net: $(PROC_TOOLS:%=$(O)/regress/%)
DEPS += $(PROC_TOOLS:%=$(O)/regress/proc/%.d)
