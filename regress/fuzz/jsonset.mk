jsonset_fuzz_SRC := apid/jsonset.c apid/printable.c
jsonset_fuzz_PKG := jansson
