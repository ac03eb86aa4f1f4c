pool_test_OBJ := $(O)/leased/pool.o
