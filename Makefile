# sallyport - privilege separated WireGuard gateway
#
#	make				build everything below $(O)
#	make deps [D="build demo"]	install the packages of these lists in etc/deps,
#					without D of all: build demo test (root)
#	make demo [KEEP=1]		the main job, on loopback and in namespaces
#	make demo MESH=1		the same for a mesh
#	make regress			every test this machine can run
#	make regress T=unit		one layer: unit conf proc net vm fuzz deb
#	make regress T=vm LINKS=1000	with as many tunnels of GRE
#	make SAN=address,undefined O=obj-asan regress T=unit
#	make fuzz FUZZ_TIME=600		the fuzzers, longer (clang)
#	make bench			rates beside nginx and wg in the same run
#	make lint			manuals, formatting, names of files
#	make openapi-lint		the OpenAPI document, with a linter from npm
#	make install DESTDIR=/tmp/pkg PREFIX=/usr
#	make deb			Debian packages, in $(O)/deb
#	make regress T=deb		builds and tries them in a fresh Debian

PREFIX ?=	/usr/local
SBINDIR ?=	$(PREFIX)/sbin
LIBEXECDIR ?=	$(PREFIX)/libexec/sallyport
MANDIR ?=	$(PREFIX)/share/man
DOCDIR ?=	$(PREFIX)/share/doc/sallyport
UNITDIR ?=	$(PREFIX)/lib/systemd/system
SYSUSERSDIR ?=	$(PREFIX)/lib/sysusers.d
TMPFILESDIR ?=	$(PREFIX)/lib/tmpfiles.d
SYSCONFDIR ?=	/etc
BASHDIR ?=	$(PREFIX)/share/bash-completion/completions
INITDIR ?=	$(SYSCONFDIR)/init.d
DESTDIR ?=
O ?=		obj
INSTALL ?=	install
MANDOC ?=	mandoc
PKG_CONFIG ?=	pkg-config
CLANG_FORMAT ?=	clang-format
CLANG ?=	clang
FUZZ_TIME ?=	8
D ?=		build demo test
CFLAGS ?=	-O2 -g
VERSION :=	$(shell sed -n '1s/^sallyport \([^ ]*\).*/\1/p' CHANGES)

# Flags that only one compiler knows are probed, never assumed.
cc-option =	$(shell $(CC) -Werror $(1) -x c -c /dev/null -o /dev/null \
		    2>/dev/null && echo $(1))
# Nor are libraries asked for where none may be there yet.
ifneq ($(filter-out deps demo deb clean,$(or $(MAKECMDGOALS),all)),)
pkg-cflags =	$(if $(strip $(1)),$(shell $(PKG_CONFIG) --cflags $(1)))
pkg-libs =	$(if $(strip $(1)),$(shell $(PKG_CONFIG) --libs $(1)))
endif

WARN :=		-Wall -Wextra -Wpedantic -Wshadow -Wpointer-arith -Wcast-qual \
		-Wcast-align -Wstrict-prototypes -Wmissing-prototypes \
		-Wmissing-declarations -Wold-style-definition -Wundef \
		-Wwrite-strings -Wsign-compare -Wformat=2 -Wvla \
		-Wimplicit-fallthrough -Werror=incompatible-pointer-types \
		-Wno-unused-parameter \
		$(call cc-option,-Wlogical-op) \
		$(call cc-option,-Wduplicated-cond)
HARDEN :=	-fPIE -fstack-protector-strong \
		$(call cc-option,-fstack-clash-protection) \
		$(call cc-option,-fcf-protection) \
		$(call cc-option,-ftrivial-auto-var-init=zero)
ifneq ($(filter-out -O0,$(filter -O%,$(CFLAGS))),)
HARDEN +=	-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2
endif
LDHARDEN :=	-pie -Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack -Wl,--as-needed
ifneq ($(SAN),)
HARDEN :=	-fPIE -fsanitize=$(SAN) -fno-sanitize-recover=all \
		-fno-omit-frame-pointer
LDHARDEN :=	-pie -fsanitize=$(SAN)
endif

BASE_PKG =	libbsd-overlay libevent_core
BASE_CFLAGS :=	$(call pkg-cflags,$(BASE_PKG))
BASE_LIBS :=	$(call pkg-libs,$(BASE_PKG)) $(call pkg-libs,libsodium)
CPPFLAGS_ALL =	$(COMMON_DIRS:%=-iquote %) -D_GNU_SOURCE -DLIBBSD_OPENBSD_VIS \
		-DVERSION='"$(VERSION)"' -DSYSCONFDIR='"$(SYSCONFDIR)"' \
		-DLIBEXECDIR='"$(LIBEXECDIR)"' $(BASE_CFLAGS) $(CPPFLAGS)
CFLAGS_ALL =	-std=gnu11 $(WARN) $(HARDEN) $(CFLAGS)

# A program is a folder or some, and includes and links only what its role
# needs: leased cannot even name a netlink symbol, netd cannot name a TLS one.
PROGS =		netd netd-hand leased apid apid-key agentd sallyctl
netd_DIRS :=	netd/parent netd/config
netd_PKG :=	libconfig libsodium
netd-hand_DIRS := netd/hand
netd-hand_LIB = $(LIBWG)
netd-hand_INC := -iquote netd/wg
netd-hand_PKG :=	libnl-3.0 libnl-genl-3.0 libnl-route-3.0 libnftnl \
		libsodium libseccomp
leased_DIRS :=	leased leased/peers leased/store leased/access leased/links \
		leased/mesh
leased_PKG :=	sqlite3 libsodium libseccomp
apid_DIRS :=	apid apid/http apid/tls apid/who apid/api
apid_SRC :=	apid/key/pem.c
apid_LIB =	$(LIBTLSKEY)
apid_INC :=	-iquote apid/key -iquote tlskey
apid_PKG :=	libssl libcrypto jansson libpcre2-8 libsodium libseccomp
apid-key_DIRS := apid/key
apid-key_PKG :=	libcrypto libsodium libseccomp
# The device's half of the mesh.
agentd_DIRS :=	agent
agentd_SRC :=	apid/http/chunked.c apid/http/http.c apid/key/pem.c \
		apid/who/hex.c
agentd_LIB =	$(LIBTLSKEY)
agentd_INC :=	-iquote tlskey -iquote apid/http -iquote apid/key \
		-iquote apid/who
agentd_PKG :=	libssl libcrypto jansson libsodium libseccomp libevent_extra
# Codes for a telephone's camera, if the library is there; QRENCODE= for none.
QRENCODE ?=	$(shell $(PKG_CONFIG) --exists libqrencode 2>/dev/null && \
		echo libqrencode)
sallyctl_DIRS := sallyctl sallyctl/ca
sallyctl_PKG :=	jansson libcrypto libsodium yaml-0.1 sqlite3 $(QRENCODE)
sallyctl_DEFS := $(if $(QRENCODE),-DHAVE_QRENCODE)

# Libraries for what several programs need.
COMMON_DIRS :=	common/base common/ipc
COMMON_SRC :=	$(sort $(wildcard $(COMMON_DIRS:%=%/*.c)))
COMMON_OBJ :=	$(COMMON_SRC:%.c=$(O)/%.o)
LIBCOMMON =	$(O)/libcommon.a
WG_SRC :=	$(sort $(wildcard netd/wg/*.c))
WG_OBJ :=	$(WG_SRC:%.c=$(O)/%.o)
LIBWG =		$(O)/libwg.a
TLSKEY_SRC :=	$(sort $(wildcard tlskey/*.c))
TLSKEY_OBJ :=	$(TLSKEY_SRC:%.c=$(O)/%.o)
LIBTLSKEY =	$(O)/libtlskey.a
BIN =		$(O)/bin
MAN =		$(sort $(wildcard man/*.[578]))

all: $(PROGS:%=$(BIN)/%) $(BIN)/sallyport-agent $(O)/sallyctl.bash

# The parent is a device's suite under this name.
$(BIN)/sallyport-agent: $(BIN)/netd
	@ln -sf netd $@

$(LIBCOMMON): $(COMMON_OBJ)
$(LIBWG): $(WG_OBJ)
$(LIBTLSKEY): $(TLSKEY_OBJ)
$(LIBCOMMON) $(LIBWG) $(LIBTLSKEY):
	@rm -f $@
	$(AR) rcs $@ $^
$(WG_OBJ): OBJ_CFLAGS = $(netd-hand_CFLAGS) -iquote netd/wg
$(TLSKEY_OBJ): OBJ_CFLAGS = $(apid_CFLAGS) -iquote tlskey

# Paths are compiled in: other paths are another build.
PATHS =		$(VERSION) $(SYSCONFDIR) $(LIBEXECDIR) $(QRENCODE)
$(O)/paths: FORCE
	@mkdir -p $(@D)
	@echo '$(PATHS)' | cmp -s - $@ || echo '$(PATHS)' >$@

$(O)/%.o: %.c $(O)/paths
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS_ALL) $(CFLAGS_ALL) $(OBJ_CFLAGS) -MMD -MP -c -o $@ $<

define PROG_template
$(1)_SRC += $$(sort $$(wildcard $$($(1)_DIRS:%=%/*.c)))
$(1)_OBJ := $$($(1)_SRC:%.c=$$(O)/%.o)
$(1)_CFLAGS := $$(call pkg-cflags,$$($(1)_PKG))
$(1)_LIBS := $$(call pkg-libs,$$($(1)_PKG))
$$($(1)_OBJ): OBJ_CFLAGS = $$($(1)_CFLAGS) $$($(1)_DEFS) \
    $$($(1)_DIRS:%=-iquote %) $$($(1)_INC)
$$(BIN)/$(1): $$($(1)_OBJ) $$($(1)_LIB) $$(LIBCOMMON)
	@mkdir -p $$(@D)
	$$(CC) $$(LDHARDEN) $$(LDFLAGS) -o $$@ $$^ $$($(1)_LIBS) $$(BASE_LIBS)
DEPS += $$($(1)_OBJ:.o=.d)
endef
$(foreach p,$(PROGS),$(eval $(call PROG_template,$(p))))

# Bash completes what sallyctl's own tables have: a program that is run here and
# never installed writes them as an array.
BASHWORDS_OBJ := $(patsubst %,$(O)/sallyctl/%.o,complete/bashwords grammar \
		grammar_mesh verbs meshitems fileitems field \
		format)
$(O)/sallyctl/complete/bashwords.o: OBJ_CFLAGS = $(sallyctl_CFLAGS) \
    -iquote sallyctl
DEPS +=		$(O)/sallyctl/complete/bashwords.d
$(O)/bashwords: $(BASHWORDS_OBJ) $(LIBCOMMON)
	$(CC) $(LDHARDEN) $(LDFLAGS) -o $@ $^ $(sallyctl_LIBS) $(BASE_LIBS)
$(O)/sallyctl.bash: etc/sallyctl.bash $(O)/bashwords
	@{ cat etc/sallyctl.bash && echo && $(O)/bashwords; } >$@.new
	@mv $@.new $@

# The tests have their own rules.
include regress/regress.mk

deps:
	DEBIAN_FRONTEND=noninteractive apt-get install -y \
	    --no-install-recommends $$(sed 's/#.*//' $(D:%=etc/deps/%))

# The script installs what is missing and builds, so that both are shown.
demo:
	@MAKE="$(MAKE)" O="$(O)" MESH="$(MESH)" sh regress/net/demo.sh build
	@O="$(O)" sh regress/net/$(if $(MESH),demo_mesh.sh,demo.sh \
	    $(if $(KEEP),keep,show))

# Not a part of lint, as it needs npm.
openapi-lint:
	@sh regress/lint/openapi.sh etc/openapi.yaml

lint: man-lint format-check name-check store-check style circles

# The rules of style that clang-format cannot express.
style:
	@sh regress/lint/style.sh $$(git ls-files '*.c' ':!regress')

# A circle of files that call each other has at most five of them; the libraries
# have no circle at all.
circles: all
	@sh regress/lint/cycles.sh common 1 $(COMMON_OBJ) -- \
	    netd/wg 1 $(WG_OBJ) -- tlskey 2 $(TLSKEY_OBJ) $(foreach p,$(PROGS),\
	    -- $(p) 5 $($(p)_OBJ))

man-lint:
	cd man && $(MANDOC) -T lint -W style $(notdir $(MAN))

# Line breaks and spacing are checked; the tabs that align declarations, which
# clang-format cannot express, are not.
format-check:
	@st=0; for f in $$(git ls-files '*.c' '*.h'); do \
		$(CLANG_FORMAT) $$f | diff -uw $$f - || st=1; \
	done; exit $$st

# A file is found by its name alone: it is unique in the tree.  Fragments for
# make and seeds for the fuzzers may be called alike.
name-check:
	@! git ls-files | \
	    grep -v '^\.ci/\|^debian/\|^etc/ansible/\|\.mk$$\|\.seed/' | \
	    sed 's|.*/||' | sort | uniq -d | sed 's/^/two files are called /' | grep .

# Our database is named in one folder; elsewhere there is its interface.  That of
# autoygg-server is named in one file.
store-check:
	@! git grep -n 'sqlite' -- '*.c' '*.h' ':!leased/store/sqlite*' \
	    ':!regress/unit/db_rig.h' ':!regress/unit/store_test.c' \
	    ':!regress/unit/migrate_test.c' ':!regress/unit/db_rig.c' \
	    ':!sallyctl/yggdb.c' ':!regress/unit/yggdb_test.c'

install: all
	$(INSTALL) -d $(DESTDIR)$(SBINDIR) $(DESTDIR)$(LIBEXECDIR) \
	    $(DESTDIR)$(MANDIR)/man5 $(DESTDIR)$(MANDIR)/man7 \
	    $(DESTDIR)$(MANDIR)/man8 $(DESTDIR)$(DOCDIR) \
	    $(DESTDIR)$(UNITDIR) $(DESTDIR)$(SYSUSERSDIR) \
	    $(DESTDIR)$(TMPFILESDIR) $(DESTDIR)$(INITDIR) \
	    $(DESTDIR)$(BASHDIR) \
	    $(DESTDIR)$(SYSCONFDIR)/sallyport
	$(INSTALL) -m 0755 $(BIN)/netd $(BIN)/sallyctl etc/sallyport-join \
	    $(DESTDIR)$(SBINDIR)
	ln -sf netd $(DESTDIR)$(SBINDIR)/sallyport-agent
	$(INSTALL) -m 0755 $(BIN)/netd-hand $(BIN)/leased $(BIN)/apid \
	    $(BIN)/apid-key $(BIN)/agentd $(DESTDIR)$(LIBEXECDIR)
	for n in 5 7 8; do $(INSTALL) -m 0644 man/*.$$n \
	    $(DESTDIR)$(MANDIR)/man$$n || exit 1; done
	$(INSTALL) -m 0644 README.md CHANGES LICENSE etc/openapi.yaml \
	    $(DESTDIR)$(DOCDIR)
	sed 's|@SBINDIR@|$(SBINDIR)|g' etc/sallyport.service \
	    >$(DESTDIR)$(UNITDIR)/sallyport.service
	sed 's|@SBINDIR@|$(SBINDIR)|g' etc/sallyport-agent.service \
	    >$(DESTDIR)$(UNITDIR)/sallyport-agent.service
	sed -e 's|/usr/local/sbin|$(SBINDIR)|' \
	    -e 's|/etc/sallyport/|$(SYSCONFDIR)/sallyport/|' \
	    etc/rc.d/sallyport >$(DESTDIR)$(INITDIR)/sallyport
	chmod 0755 $(DESTDIR)$(INITDIR)/sallyport
	$(INSTALL) -m 0644 $(O)/sallyctl.bash $(DESTDIR)$(BASHDIR)/sallyctl
	$(INSTALL) -m 0644 etc/sysusers.conf \
	    $(DESTDIR)$(SYSUSERSDIR)/sallyport.conf
	$(INSTALL) -m 0644 etc/tmpfiles.conf \
	    $(DESTDIR)$(TMPFILESDIR)/sallyport.conf
	$(INSTALL) -m 0644 etc/tmpfiles-agent.conf \
	    $(DESTDIR)$(TMPFILESDIR)/sallyport-agent.conf
	$(INSTALL) -m 0640 etc/sallyport.conf \
	    $(DESTDIR)$(SYSCONFDIR)/sallyport/sallyport.conf.example
	$(INSTALL) -m 0640 etc/agent.conf \
	    $(DESTDIR)$(SYSCONFDIR)/sallyport/agent.conf.example

# The packages are built in a copy: dpkg-buildpackage writes beside the source.
# What make has been told for itself is not meant for debian/rules.
deb:
	@rm -rf $(O)/deb && mkdir -p $(O)/deb/sallyport-$(VERSION)
	@tar -cf - --exclude=./.git --exclude='./obj*' --exclude='./$(O)' . | \
	    tar -xf - -C $(O)/deb/sallyport-$(VERSION)
	cd $(O)/deb/sallyport-$(VERSION) && env -u MAKEFLAGS -u MFLAGS \
	    -u MAKELEVEL -u CFLAGS -u O dpkg-buildpackage -us -uc -b

clean:
	rm -rf $(O)

-include $(DEPS) $(COMMON_OBJ:.o=.d) $(WG_OBJ:.o=.d) $(TLSKEY_OBJ:.o=.d)
FORCE:
.PHONY: FORCE all deps demo deb lint openapi-lint style circles man-lint \
    format-check name-check store-check install clean
.DEFAULT_GOAL := all
.SECONDARY:
