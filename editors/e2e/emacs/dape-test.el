;;; dape-test.el --- Debugging in Emacs  -*- lexical-binding: t -*-

(require 'harness)
(require 'dape)
(load-snippet "dape.el")

(setq dape-buffer-window-arrangement nil
      dape-info-hide-mode-line nil)

(defun stopped ()
  (dape--live-connection 'stopped t))

(defun frame ()
  (and (stopped) (dape--current-stack-frame (stopped))))

(defun place ()
  "Where the program is stopped: line and column."
  (let ((frame (frame)))
    (and frame (list (plist-get frame :line) (plist-get frame :column)))))

(defun wait-place (line)
  (wait-for (format "a stop at line %d" line) (lambda () (eql (car (place)) line))))

(defun ask (command arguments)
  "What the adapter answers to COMMAND with ARGUMENTS."
  (let (answer)
    (dape-request (stopped) command arguments (lambda (body &optional _error) (setq answer (or body 'nothing))))
    (wait-for command (lambda () answer))))

(defun variables ()
  "The variables of the frame on top, as an alist of texts."
  (cl-loop for scope across (plist-get (ask :scopes (list :frameId (plist-get (frame) :id))) :scopes)
           append (cl-loop for it across (plist-get (ask :variables (list :variablesReference
                                                                          (plist-get scope :variablesReference)))
                                                    :variables)
                           collect (cons (plist-get it :name) (plist-get it :value)))))

(defun configuration (name file)
  "The configuration with this NAME as dape starts it in FILE."
  (with-current-buffer (find-file-noselect file)
    (dape--config-eval name nil)))

(find-file (project-file "shop.nix"))
(goto-char (point-min))
(forward-line 8)
(dape-breakpoint-toggle)
(find-file (project-file "default.nix"))
(dape (configuration 'nixscope (project-file "default.nix")))

(wait-place 9)
(cl-assert (string-prefix-p "gross" (plist-get (frame) :name)))
(let ((thread (dape--current-thread (stopped))))
  (dape--stack-trace (stopped) thread 20 #'ignore)
  (wait-for "the stack" (lambda () (> (length (plist-get thread :stackFrames)) 2))))
(cl-assert (equal (cdr (assoc "net" (variables))) "100"))

(dape-next (stopped))
(wait-for "a step" (lambda () (equal (place) '(9 11))))
(dape-next (stopped))
(wait-place 6)
(nixscope-back)
(wait-place 7)

(dape-continue (stopped))
(wait-place 9)
(cl-assert (equal (cdr (assoc "net" (variables))) "200"))
(dape-breakpoint-remove-all)
(dape-continue (stopped))
(wait-for "the end" (lambda () (not (dape--live-connection 'parent t))))

;; An attribute that is asked for: only that is computed.
(cl-letf (((symbol-function 'read-string) (lambda (&rest _) "part.count")))
  (let ((asked (configuration 'nixscope-attribute (project-file "default.nix"))))
    (cl-assert (equal (plist-get asked :attr) "part.count"))
    (cl-assert (string-suffix-p "default.nix" (plist-get asked :program)))))

(message "emacs %s: dape: breakpoint, stop, stack, variables, over, back, on" emacs-version)
;;; dape-test.el ends here
