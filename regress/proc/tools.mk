# Programs of the tests: what plays a neighbour of a process, a client, an
# attacker.  TOOL_RIG are their own files below regress/, TOOL_USES modules of
# the product.

TOOLS :=	agent_stub apid_drv breakout bringup_drv crowd ctl_stub fakectl hostile idle \
		kern_drv kernhand leased_drv manynets_drv memfind mesh_drv portalc \
		rawhttp rush twins_drv wggo_ends yggc

agent_stub_RIG :=	net/agent_stub
apid_drv_RIG :=		proc/apid_drv proc/apid_drv_leased proc/apid_drv_owned
breakout_RIG :=		proc/breakout
crowd_RIG :=		proc/crowd
bringup_drv_RIG :=	proc/bringup_drv proc/kern_rig proc/fake_state
ctl_stub_RIG :=		proc/ctl_stub
fakectl_RIG :=		proc/fakectl proc/fake_state
hostile_RIG :=		proc/hostile proc/hostile_mesh
idle_RIG :=		proc/idle
kern_drv_RIG :=		proc/kern_drv proc/kern_rig proc/fake_state
leased_drv_RIG :=	proc/leased_drv proc/leased_drv_links proc/leased_drv_owned \
			proc/leased_drv_held
leased_drv_USES :=	hash
manynets_drv_RIG :=	proc/manynets_drv proc/kern_rig proc/fake_state
mesh_drv_RIG :=		proc/mesh_drv proc/kern_rig proc/fake_state
memfind_RIG :=		proc/memfind
portalc_RIG :=		proc/portalc proc/portalc_call
rawhttp_RIG :=		proc/rawhttp
rush_RIG :=		proc/rush
twins_drv_RIG :=	proc/twins_drv proc/kern_rig proc/fake_state
wggo_ends_RIG :=	net/wggo_ends
yggc_RIG :=		net/yggc ygg_id
# The hand without its process: what the tests on real systems drive.
kernhand_RIG :=		vm/kernhand
kernhand_USES :=	$(filter-out hand,$(HAND_MODULES))

# netd-hand with a kernel in memory: a program of its own, so that no option
# and no variable of the real one can ask for it.
netd-hand-fake_RIG :=	proc/fake_kern proc/fake_state
netd-hand-fake_USES :=	$(filter-out kern_linux,$(HAND_MODULES))
TOOLS +=	netd-hand-fake

# mint makes the certificates of tests, demo and benchmark.
MINT :=		$(O)/mint
$(MINT): $(O)/regress/mint.o $(O)/regress/mint_main.o
	$(CC) $(LDHARDEN) $(LDFLAGS) -o $@ $^ $(TEST_LIBS)

# The load generators of the benchmark.
LOADS :=	burst flood load waiters
burst_OBJ :=	$(call rig,bench/burst bench/load_cpu bench/load_calls ygg_id)
waiters_OBJ :=	$(call rig,bench/waiters bench/load_cpu bench/load_calls bench/load_id mint)
flood_OBJ :=	$(call rig,bench/flood)
load_OBJ :=	$(patsubst %.c,$(O)/%.o,$(sort $(wildcard regress/bench/load*.c))) \
		$(O)/regress/mint.o

regress-proc regress-net regress-vm bench: $(TOOLS:%=$(O)/regress/%)
regress-conf regress-proc regress-net regress-vm bench: $(MINT)
bench: $(LOADS:%=$(O)/bench/%)
