# What the front knows of portals.
form_test_OBJ := $(O)/apid/form.o
jsonset_test_OBJ := $(O)/apid/jsonset.o $(O)/apid/printable.o
node_test_OBJ := $(O)/apid/node.o
