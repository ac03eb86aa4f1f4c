# What each fuzzer is made of besides common/, by file name, the libraries it
# needs, and the functions that its rig replaces.

LOG_WRAP :=		log_warn log_warnx log_notice log_info log_debug
LINK_WRAP :=		child_start child_enter event_base_dispatch $(LOG_WRAP)

access_fuzz_USES :=	access
cert_fuzz_USES :=	tlscert san
cert_fuzz_PKG :=	libcrypto
config_fuzz_USES :=	agentconf check conferror conftext creds dump fit fit_subnets parse reserve schema \
			schema_agent suggest value
config_fuzz_PKG :=	libconfig
crl_fuzz_USES :=	tlscrl tlscrlfile tlsscope tlssig tlscert tlsbase san pem
crl_fuzz_RIG :=		mint
crl_fuzz_PKG :=		libcrypto
cursor_fuzz_USES :=	cursor hex
form_fuzz_USES :=	form hex
# Whole programs, with their links.
hand_fuzz_USES :=	$(filter-out kern_linux,$(HAND_MODULES))
hand_fuzz_RIG :=	fuzz/link_rig fuzz/silent_log proc/fake_kern proc/fake_state
hand_fuzz_PKG :=	$(netd-hand_PKG)
hand_fuzz_WRAP :=	$(LINK_WRAP)
agentd_fuzz_USES :=	$(notdir $(basename $(agentd_SRC) $(TLSKEY_SRC)))
agentd_fuzz_RIG :=	fuzz/link_rig fuzz/silent_log
agentd_fuzz_PKG :=	$(agentd_PKG)
agentd_fuzz_WRAP :=	$(LINK_WRAP) connect event_add imsg_recv_wait settings_check \
			evdns_base_resolv_conf_parse state_load state_save_net \
			state_drop_net state_load_direct state_save_direct \
			tlsclient_free tlssession_new tlssession_free \
			tlssession_handshake tlssession_read tlssession_write \
			tlssession_pending tlssession_error
apid_fuzz_USES :=	$(notdir $(basename $(apid_SRC) $(TLSKEY_SRC)))
apid_fuzz_RIG :=	fuzz/link_rig fuzz/silent_log
apid_fuzz_PKG :=	$(apid_PKG)
apid_fuzz_WRAP :=	$(LINK_WRAP)
key_fuzz_USES :=	$(notdir $(basename $(apid-key_SRC)))
key_fuzz_RIG :=		fuzz/link_rig fuzz/silent_log
key_fuzz_PKG :=		$(apid-key_PKG)
key_fuzz_WRAP :=	$(LINK_WRAP)
parent_fuzz_USES :=	$(filter-out wggo,$(notdir $(basename $(netd_SRC))))
parent_fuzz_RIG :=	fuzz/parent_rig fuzz/parent_kid fuzz/parent_conf \
			fuzz/silent_log fuzz/fuzz_input fuzz/fuzz_packet
parent_fuzz_PKG :=	$(netd_PKG)
parent_fuzz_WRAP :=	fork kill waitpid open bind close_range nanosleep \
			if_nametoindex imsg_pair notify_send event_base_dispatch $(LOG_WRAP)
http_fuzz_USES :=	http chunked hex
http_fuzz_LIBS :=	-lhttp_parser
httpresp_fuzz_USES :=	httpresp
jsonset_fuzz_USES :=	jsonset hex
jsonset_fuzz_PKG :=	jansson
keyd_fuzz_USES :=	keycheck
# The whole broker, but for its main().
leased_fuzz_USES :=	$(notdir $(basename $(leased_SRC)))
leased_fuzz_RIG :=	fuzz/fuzz_input fuzz/fuzz_packet
leased_fuzz_PKG :=	sqlite3
leasejson_fuzz_USES :=	leasejson devconf jsonw autowg
leasejson_fuzz_PKG :=	jansson
mapjson_fuzz_USES :=	mapjson map mapwrite endpoint
mapjson_fuzz_PKG :=	jansson
openvpn_fuzz_USES :=	openvpn_parse
stun_fuzz_USES :=	stun stunpacket
subject_fuzz_USES :=	subject hex
uapi_fuzz_USES :=	wg_uapi_parse snapshot
wgdump_fuzz_USES :=	wg_dump snapshot nl
wgdump_fuzz_PKG :=	libnl-3.0
wgquick_fuzz_USES :=	wgquick peername
yaml_fuzz_USES :=	ytree yggaccess yggconf yggwords access
yaml_fuzz_PKG :=		yaml-0.1
