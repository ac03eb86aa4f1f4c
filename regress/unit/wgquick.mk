wgquick_test_OBJ := $(O)/sallyctl/wgquick.o
