cert_fuzz_SRC := apid/tlscert.c apid/printable.c apid/san.c
cert_fuzz_PKG := libcrypto
