// Everything about addresses of email.
