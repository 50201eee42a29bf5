;;; eglot-test.el --- What a person sees of the language server in Emacs  -*- lexical-binding: t -*-

(require 'harness)
(require 'eglot)
(require 'flymake)

(setq eglot-sync-connect 30)
(load-snippet "eglot.el")

;; A project begins where something says so.
(setq project-find-functions
      (list (lambda (_) (cons 'transient (file-name-as-directory (getenv "PROJECT"))))))

(defun hover ()
  (let ((contents (plist-get (jsonrpc-request (eglot-current-server) :textDocument/hover
                                              (eglot--TextDocumentPositionParams))
                             :contents)))
    (or (plist-get contents :value) "")))

(defun go (text)
  (goto-char (point-min))
  (search-forward text)
  (goto-char (match-beginning 0)))

(defun open-file (name)
  (find-file (project-file name))
  ;; The hook waits for the next command, which never comes without a person.
  (unless (eglot-managed-p)
    (apply #'eglot (eglot--guess-contact)))
  (wait-for "the language server" #'eglot-managed-p))

(open-file "broken.nix")
(let ((diagnostic (wait-for "the diagnostic" (lambda () (car (flymake-diagnostics))))))
  (cl-assert (string-match-p "oops" (flymake-diagnostic-text diagnostic)))
  (cl-assert (= (line-number-at-pos (flymake-diagnostic-beg diagnostic)) 3)))

(open-file "default.nix")
(go "total =")
(wait-for "the value" (lambda () (string-match-p "642" (hover))))

(go "total}")
(call-interactively #'xref-find-definitions)
(cl-assert (= (line-number-at-pos) 4))

(go "./shop.nix")
(xref-find-definitions "shop.nix")
(cl-assert (equal (file-name-nondirectory buffer-file-name) "shop.nix"))

(open-file "default.nix")
(go "foldl'")
(forward-char 3)
(let* ((capf (eglot-completion-at-point))
       (names (all-completions "" (nth 2 capf))))
  (cl-assert (member "foldl'" (mapcar #'substring-no-properties names))))

(eglot-shutdown-all)
(message "emacs %s: eglot: diagnostics, value, definition, completion" emacs-version)
;;; eglot-test.el ends here
