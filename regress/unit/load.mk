# The load generator of the benchmark: $(O)/bench/load
LOAD_OBJ :=	$(patsubst %.c,$(O)/%.o,$(sort $(wildcard regress/bench/*.c)))
$(LOAD_OBJ): OBJ_CFLAGS = $(call pkg-cflags,libssl libcrypto) -I.
$(O)/bench/load: $(LOAD_OBJ) $(O)/regress/mint.o $(O)/common/addr.o
	@mkdir -p $(@D)
	$(CC) $(LDHARDEN) $(LDFLAGS) -o $@ $^ \
	    $(call pkg-libs,libssl libcrypto) $(BASE_LIBS)
DEPS += $(LOAD_OBJ:.o=.d)
bench: $(O)/bench/load $(O)/mint
