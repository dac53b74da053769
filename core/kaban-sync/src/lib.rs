//! Documents, envelopes, epochs, membership and handover between devices.
