;;; harness.el --- What the tests of Emacs share: waiting for conditions  -*- lexical-binding: t -*-

(require 'cl-lib)

;; The tests bring a mode of their own, since none for Nix comes with Emacs.
(define-derived-mode nix-mode prog-mode "Nix"
  (setq-local comment-start "# "))
(add-to-list 'auto-mode-alist '("\\.nix\\'" . nix-mode))

(setq make-backup-files nil
      create-lockfiles nil
      kill-buffer-query-functions nil)

(defun wait-for (what condition)
  "Wait until CONDITION gives something, and give that; WHAT it is."
  (let ((began (float-time)) value)
    (while (not (setq value (funcall condition)))
      (when (> (- (float-time) began) 30)
        (error "%s did not come" what))
      (accept-process-output nil 0.02))
    value))

(defun load-snippet (name)
  "Load what editors/README.md says, under NAME."
  (let ((file (expand-file-name name (getenv "SNIPPETS"))))
    (when (zerop (file-attribute-size (file-attributes file)))
      (error "There is no snippet for %s" name))
    (load file nil t)))

(defun project-file (name)
  (expand-file-name name (getenv "PROJECT")))

(provide 'harness)
;;; harness.el ends here
