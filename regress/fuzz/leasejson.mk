leasejson_fuzz_SRC := apid/leasejson.c apid/jsonw.c apid/autowg.c
leasejson_fuzz_PKG := jansson
