(in-package :two-ends)
