# mint makes the certificates of tests, demo and benchmark: $(O)/mint
$(O)/regress/mint.o $(O)/regress/mint_main.o: \
	    OBJ_CFLAGS = $(call pkg-cflags,libcrypto)
$(O)/mint: $(O)/regress/mint.o $(O)/regress/mint_main.o
	$(CC) $(LDHARDEN) $(LDFLAGS) -o $@ $^ $(call pkg-libs,libcrypto) \
	    $(BASE_LIBS)
DEPS += $(O)/regress/mint.d $(O)/regress/mint_main.d
regress-conf regress-proc regress-net regress-vm: $(O)/mint
