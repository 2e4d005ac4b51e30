//! Images: references, the catalogue of Kubernetes versions, and what one cluster needs.
