(in-package :two-ends-test)
