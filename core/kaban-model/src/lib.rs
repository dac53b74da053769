//! Patients, visits, the rules of duty: pure values and functions.
