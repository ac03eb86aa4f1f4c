# Tests: rules for the Makefile above.  One layer a folder; regress/run counts.

UNIT :=		$(notdir $(basename $(sort $(wildcard regress/unit/*_test.c))))
FUZZERS :=	$(notdir $(basename $(sort $(wildcard regress/fuzz/*_fuzz.c))))
T ?=		unit conf proc net vm fuzz
CMOCKA_CFLAGS :=	$(call pkg-cflags,cmocka)
CMOCKA_LIBS :=		$(call pkg-libs,cmocka)

# Objects under test that do not live in common/, and the libraries they need.
# NAME_test_OBJ = $(O)/leased/pool.o; NAME_test_LIBS = $(leased_LIBS)
-include regress/unit/*.mk regress/proc/*.mk

DEPS += $(UNIT:%=$(O)/regress/unit/%.d)
$(O)/regress/unit/%.o: OBJ_CFLAGS = $(CMOCKA_CFLAGS) -I. $($(*F)_CFLAGS)

.SECONDEXPANSION:
$(O)/regress/%_test: $(O)/regress/unit/%_test.o $$($$*_test_OBJ) $(LIBCOMMON)
	$(CC) $(LDHARDEN) $(LDFLAGS) -o $@ $^ $($*_test_LIBS) \
	    $(CMOCKA_LIBS) $(BASE_LIBS)

# Fuzzers are built from source, with coverage: NAME_fuzz_SRC, NAME_fuzz_PKG.
-include regress/fuzz/*.mk
$(O)/fuzz/%_fuzz: regress/fuzz/%_fuzz.c $$($$*_fuzz_SRC) $(COMMON_SRC)
	@mkdir -p $(@D)
	$(CLANG) $(CPPFLAGS_ALL) -I. $(call pkg-cflags,$($*_fuzz_PKG)) \
	    -std=gnu11 -O1 -g -fsanitize=fuzzer,address,undefined \
	    -fno-sanitize-recover=all -o $@ $(filter %.c,$^) \
	    $(call pkg-libs,$($*_fuzz_PKG)) $($*_fuzz_LIBS) $(BASE_LIBS)

regress-unit: $(UNIT:%=$(O)/regress/%)
regress-fuzz: $(FUZZERS:%=$(O)/fuzz/%)
regress-conf regress-proc regress-net regress-vm: all

regress: $(T:%=regress-%)
	@O=$(O) BIN=$(BIN) FUZZ_TIME=$(FUZZ_TIME) FUZZ_RUNS=1000000 \
	    sh regress/run $(T)

fuzz: regress-fuzz
	@O=$(O) BIN=$(BIN) FUZZ_TIME=$(FUZZ_TIME) FUZZ_RUNS= \
	    sh regress/run fuzz

# Do the tests notice?  Root, some minutes, on a copy.
mutants:
	@sh regress/mutants

bench: all
	@O=$(O) BIN=$(BIN) sh regress/bench/bench

.PHONY: regress fuzz mutants bench $(patsubst %,regress-%,unit conf proc net vm fuzz)
