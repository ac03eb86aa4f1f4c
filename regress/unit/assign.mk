assign_test_OBJ := $(O)/leased/assign.o
