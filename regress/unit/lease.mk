lease_test_OBJ := $(patsubst %,$(O)/leased/%.o,lease place deadline grant \
    pool assign hash owned)
