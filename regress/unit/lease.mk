lease_test_OBJ := $(patsubst %,$(O)/leased/%.o,lease dirty place deadline grant \
    pool assign hash owned)
