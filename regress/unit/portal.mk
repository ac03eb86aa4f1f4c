# What the front knows of portals.
form_test_OBJ := $(O)/apid/form.o $(O)/apid/hex.o
jsonset_test_OBJ := $(O)/apid/jsonset.o $(O)/apid/hex.o $(O)/apid/printable.o
node_test_OBJ := $(O)/apid/node.o
peerjson_test_OBJ := $(O)/apid/peerjson.o $(O)/apid/jsonw.o \
	$(O)/apid/printable.o
peerjson_test_LIBS := $(apid_LIBS)
peerjson_test_CFLAGS := $(apid_CFLAGS)
