# The kernel hand without its process: what the tests on real systems drive.
kernhand_PARTS := claim device egress expiry fw fw_rule ifc kern_conf \
	kern_linux kern_net kern_peer nl nl_event nl_link nl_route policy reconcile route \
	snapshot stats sync sysctl undo wanted wg_dump wg_kernel wg_uapi \
	wg_uapi_parse drift
$(O)/regress/vm/kernhand.o: OBJ_CFLAGS = -I. $(netd_CFLAGS)
$(O)/regress/kernhand: $(O)/regress/vm/kernhand.o \
    $(kernhand_PARTS:%=$(O)/netd/%.o) $(O)/regress/vm/kernglue.o $(LIBCOMMON)
	$(CC) $(LDHARDEN) $(LDFLAGS) -o $@ $^ $(netd_LIBS) $(BASE_LIBS)
$(O)/regress/vm/kernglue.o: OBJ_CFLAGS = -I. $(netd_CFLAGS)
regress-vm regress-net: $(O)/regress/kernhand

egress_test_OBJ := $(O)/netd/egress.o
expiry_test_OBJ := $(O)/netd/expiry.o
policy_test_OBJ := $(O)/netd/policy.o $(O)/netd/wanted.o $(O)/netd/expiry.o
reconcile_test_OBJ := $(policy_test_OBJ) $(O)/netd/reconcile.o \
	$(O)/netd/snapshot.o
nl_test_CFLAGS := $(netd_CFLAGS)
nl_test_OBJ := $(O)/netd/nl.o $(O)/netd/nl_link.o $(O)/netd/nl_route.o
nl_test_LIBS := $(netd_LIBS)
sysctl_test_OBJ := $(O)/netd/sysctl.o
uapi_test_OBJ := $(O)/netd/wg_uapi.o $(O)/netd/wg_uapi_parse.o $(O)/netd/snapshot.o
DEPS += $(O)/regress/vm/kernhand.d $(O)/regress/vm/kernglue.d
