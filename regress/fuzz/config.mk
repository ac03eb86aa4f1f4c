config_fuzz_SRC := $(patsubst %,netd/%.c,check creds dump parse schema suggest text \
	units value)
config_fuzz_PKG := libconfig
