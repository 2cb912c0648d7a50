"""The guided deployment, driven in a real terminal against stand-ins for gcloud, Terraform and op."""
