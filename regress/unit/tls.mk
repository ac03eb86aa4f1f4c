# TLS: the server's side from apid/, a key holder, clients and certificates.
TLS_OBJ := $(addprefix $(O)/apid/,printable.o tls.o tlsbase.o tlscert.o \
	    san.o tlscrl.o tlskey.o tlsprov.o tlsread.o tlsserver.o tlsverify.o \
	    keycheck.o keyset.o)
TLS_RIG := $(O)/regress/unit/tls_rig.o $(O)/regress/mint.o
tls_test_OBJ := $(TLS_OBJ) $(TLS_RIG)
tls_test_LIBS := $(apid_LIBS)
crl_test_OBJ := $(TLS_OBJ) $(TLS_RIG)
crl_test_LIBS := $(apid_LIBS)
tlskey_test_OBJ := $(TLS_OBJ) $(TLS_RIG)
tlskey_test_LIBS := $(apid_LIBS)
keyset_test_OBJ := $(TLS_OBJ) $(TLS_RIG)
keyset_test_LIBS := $(apid_LIBS)
identity_test_OBJ := $(addprefix $(O)/apid/,identity.o printable.o san.o)
identity_test_LIBS := $(apid_LIBS)
san_test_OBJ := $(addprefix $(O)/apid/,printable.o san.o tlscert.o)
san_test_LIBS := $(apid_LIBS)
DEPS += $(O)/regress/unit/tls_rig.d
