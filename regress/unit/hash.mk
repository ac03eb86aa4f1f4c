hash_test_OBJ := $(O)/leased/hash.o
