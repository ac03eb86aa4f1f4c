jsonset_fuzz_SRC := apid/jsonset.c apid/hex.c apid/printable.c
jsonset_fuzz_PKG := jansson
