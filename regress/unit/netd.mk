# The parent's parts that can be linked without the parent.
netd_CONFOBJ := $(patsubst %,$(O)/netd/%.o,check creds dump parse schema suggest \
	text units value)
netd_conf_test_OBJ := $(netd_CONFOBJ) $(O)/netd/merge.o $(O)/netd/access.o
netd_conf_test_LIBS := $(netd_LIBS)
netd_conf_test_CFLAGS := $(netd_CFLAGS) -Inetd
netd_watch_test_OBJ := $(patsubst %,$(O)/netd/%.o,watch backoff keyfile notify)
netd_watch_test_LIBS := $(netd_LIBS)
netd_watch_test_CFLAGS := $(netd_CFLAGS) -Inetd
