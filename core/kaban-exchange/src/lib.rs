//! FHIR and other formats in and out.
