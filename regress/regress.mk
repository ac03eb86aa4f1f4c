# Tests: rules for the Makefile above.  One layer a folder; regress/run counts.

# Who asks for no number of jobs gets one for each CPU.
ifeq ($(MAKELEVEL)$(filter -j%,$(MAKEFLAGS)),0)
ifneq ($(filter regress% fuzz bench,$(MAKECMDGOALS)),)
MAKEFLAGS +=	-j$(shell nproc)
endif
endif

UNIT :=		$(notdir $(basename $(sort $(wildcard regress/unit/*_test.c))))
FUZZERS :=	$(notdir $(basename $(sort $(wildcard regress/fuzz/*_fuzz.c))))
T ?=		unit conf proc net vm fuzz

# All that a test can link: product sources by their unique names.  Tests, but
# never programs, may include every header.
PRODUCT_SRC :=	$(sort $(WG_SRC) $(TLSKEY_SRC) $(foreach p,$(PROGS),$($(p)_SRC)))
HAND_MODULES :=	$(notdir $(basename $(netd-hand_SRC) $(WG_SRC)))
src =		$(foreach m,$(1),$(filter %/$(m).c,$(PRODUCT_SRC)))
obj =		$(patsubst %.c,$(O)/%.o,$(call src,$(1)))
rig =		$(1:%=$(O)/regress/%.o)
rigsrc =	$(1:%=regress/%.c)
TEST_INC :=	$(addprefix -iquote ,$(sort $(dir $(PRODUCT_SRC))) regress \
		regress/proc regress/fuzz)
TEST_CFLAGS :=	$(sort $(foreach p,$(PROGS),$($(p)_CFLAGS)))
TEST_LIBS =	$(foreach p,$(PROGS),$($(p)_LIBS)) $(BASE_LIBS)
TEST_OBJ =	$(patsubst %.c,$(O)/%.o,$(wildcard regress/*.c regress/*/*.c))
$(O)/regress/%.o: OBJ_CFLAGS = $(TEST_CFLAGS) $(TEST_INC)
DEPS +=		$(TEST_OBJ:.o=.d)

include regress/unit/tests.mk regress/proc/tools.mk regress/fuzz/fuzzers.mk

.SECONDEXPANSION:
$(UNIT:%=$(O)/regress/%): $(O)/regress/%: $(O)/regress/unit/%.o \
    $$(call obj,$$($$*_USES)) $$(call rig,$$($$*_RIG)) $(LIBCOMMON)
	$(CC) $(LDHARDEN) $(LDFLAGS) -o $@ $^ $(TEST_LIBS) -lcmocka

$(TOOLS:%=$(O)/regress/%): $(O)/regress/%: $$(call rig,$$($$*_RIG)) \
    $$(call obj,$$($$*_USES)) $(LIBCOMMON)
	$(CC) $(LDHARDEN) $(LDFLAGS) -o $@ $^ $(TEST_LIBS)

$(LOADS:%=$(O)/bench/%): $(O)/bench/%: $$($$*_OBJ) $(LIBCOMMON)
	@mkdir -p $(@D)
	$(CC) $(LDHARDEN) $(LDFLAGS) -o $@ $^ $(TEST_LIBS)

# Fuzzers are built by clang, with coverage, and share their objects.  A program's
# main() has another name there, as libFuzzer brings its own, and the functions
# of %_WRAP are replaced by those of a rig.
FUZZ_CFLAGS :=	-std=gnu11 -O1 -gline-tables-only -Dmain=product_main \
		-fsanitize=fuzzer-no-link,address,undefined \
		-fno-sanitize-recover=all
fobj =		$(patsubst %.c,$(O)/fuzz/obj/%.o,$(1))
FUZZ_OBJ :=	$(sort $(foreach f,$(FUZZERS),$(call fobj,regress/fuzz/$(f).c \
		$(call src,$($(f)_USES)) $(call rigsrc,$($(f)_RIG)) $(COMMON_SRC))))
DEPS +=		$(FUZZ_OBJ:.o=.d)
$(O)/fuzz/obj/%.o: %.c
	@mkdir -p $(@D)
	$(CLANG) $(CPPFLAGS_ALL) $(TEST_CFLAGS) $(TEST_INC) $(FUZZ_CFLAGS) \
	    -MMD -MP -c -o $@ $<

$(FUZZERS:%=$(O)/fuzz/%): $(O)/fuzz/%: $$(call fobj,regress/fuzz/$$*.c \
    $$(call src,$$($$*_USES)) $$(call rigsrc,$$($$*_RIG)) $(COMMON_SRC))
	$(CLANG) -fsanitize=fuzzer,address,undefined $($*_WRAP:%=-Wl,--wrap=%) \
	    -o $@ $^ $(call pkg-libs,$($*_PKG)) $($*_LIBS) $(BASE_LIBS) \
	    $(call pkg-libs,libseccomp)

regress-unit: $(UNIT:%=$(O)/regress/%)
regress-fuzz: $(FUZZERS:%=$(O)/fuzz/%)
regress-conf regress-proc regress-net regress-vm: all
regress-deb: deb

# regress/run builds the fuzzers by itself, beside the other tests.
regress: $(patsubst %,regress-%,$(filter-out fuzz,$(T)))
	@O=$(O) BIN=$(BIN) MAKE="$(MAKE)" FUZZ_TIME=$(FUZZ_TIME) \
	    FUZZ_RUNS=1000000 sh regress/run $(T)

fuzz:
	@O=$(O) BIN=$(BIN) MAKE="$(MAKE)" FUZZ_TIME=$(FUZZ_TIME) FUZZ_RUNS= \
	    sh regress/run fuzz

# Do the tests notice?  Root, some minutes, on a copy.
mutants:
	@sh regress/mutants

bench: all
	@O=$(O) BIN=$(BIN) sh regress/bench/bench

.PHONY: regress fuzz mutants bench $(patsubst %,regress-%,unit conf proc net vm fuzz deb)
