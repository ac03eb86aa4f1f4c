cert_fuzz_SRC := apid/tlscert.c apid/printable.c
cert_fuzz_PKG := libcrypto
