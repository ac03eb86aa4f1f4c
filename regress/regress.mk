# Tests: rules for the Makefile above.  One layer a folder; regress/run counts.

UNIT :=		$(notdir $(basename $(sort $(wildcard regress/unit/*_test.c))))
FUZZERS :=	$(notdir $(basename $(sort $(wildcard regress/fuzz/*_fuzz.c))))
T ?=		unit conf proc net vm fuzz

# All that a test can link: product sources by their unique names.  Tests, but
# never programs, may include every header.
PRODUCT_SRC :=	$(sort $(WG_SRC) $(foreach p,$(PROGS),$($(p)_SRC)))
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

# Fuzzers are built from source, with coverage.  One of a whole program renames
# its main, and replaces the functions of RIG_WRAP.
RIG_WRAP :=	child_start child_enter event_base_dispatch log_warn log_warnx \
		log_notice log_info log_debug
RIG_FLAGS :=	-Dmain=product_main $(RIG_WRAP:%=-Wl,--wrap=%)
$(O)/fuzz/%_fuzz: regress/fuzz/%_fuzz.c $$(call src,$$($$*_fuzz_USES)) \
    $$(call rigsrc,$$($$*_fuzz_RIG)) $(COMMON_SRC)
	@mkdir -p $(@D)
	$(CLANG) $(CPPFLAGS_ALL) $(TEST_INC) $($*_fuzz_CPP) \
	    $(call pkg-cflags,$($*_fuzz_PKG)) \
	    -std=gnu11 -O1 -g -fsanitize=fuzzer,address,undefined \
	    -fno-sanitize-recover=all $(if $(filter %/link_rig,$($*_fuzz_RIG)),$(RIG_FLAGS)) \
	    -o $@ $(filter %.c,$^) \
	    $(call pkg-libs,$($*_fuzz_PKG)) $($*_fuzz_LIBS) $(BASE_LIBS) \
	    $(call pkg-libs,libseccomp)

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
