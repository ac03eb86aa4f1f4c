# The front's modules, each alone.
http_test_OBJ := $(O)/apid/http.o
subject_test_OBJ := $(O)/apid/subject.o $(O)/apid/hex.o $(O)/apid/printable.o
autowg_test_OBJ := $(O)/apid/autowg.o $(O)/apid/jsonw.o
leasejson_test_OBJ := $(O)/apid/leasejson.o $(O)/apid/jsonw.o
leasejson_test_LIBS := $(apid_LIBS)
leasejson_test_CFLAGS := $(apid_CFLAGS)
pend_test_OBJ := $(O)/apid/pend.o
rate_test_OBJ := $(O)/apid/rate.o $(O)/apid/quiet.o
route_test_OBJ := $(O)/apid/route.o $(O)/apid/http.o
