uapi_fuzz_SRC := netd/wg_uapi_parse.c netd/snapshot.c
wgdump_fuzz_SRC := netd/wg_dump.c netd/snapshot.c netd/nl.c
wgdump_fuzz_PKG := libnl-3.0 libnl-genl-3.0
