//! Codes as the field writes them: systems, normalised codes, value sets, the ICD-10-CM table.
//!
//! A [`Code`] is normalised once, at the door (upper case, no dots, no blanks), and never again.
//! This room deliberately knows no request, no policy and no file.

mod class;
mod icd10cm;
mod system;
mod text;
mod valueset;

pub use class::{ClassId, ClassMask};
pub use icd10cm::{Icd10Cm, Standing};
pub use system::System;
pub use text::{Code, CodeError};
pub use valueset::{Entry, Pattern, RowStanding, Sample, SetDefinition, SetFault, SetId, ValueSets};
