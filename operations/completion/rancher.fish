# fish completion of rancher. To use it: npx rancher completion fish | source
function __rancher_stacks
    for file in @folder@/Pulumi.*.yaml
        string replace -r '.*/Pulumi\.(.+)\.yaml$' '$1' -- $file
    end
end

function __rancher_needs_command
    test (count (commandline -opc)) -eq 1
end

function __rancher_in
    set -l words (commandline -opc)
    test (count $words) -ge 2; and test $words[2] = $argv[1]
end

# Whether the current word is argument number $argv[2] of a command; the options in $argv[3..] take a value.
function __rancher_at
    __rancher_in $argv[1]; or return 1
    set -l position 1
    set -l skip 0
    for word in (commandline -opc)[3..-1]
        if test $skip -eq 1
            set skip 0
        else if contains -- $word $argv[3..-1]
            set skip 1
        else if not string match -q -- '-*' $word
            set position (math $position + 1)
        end
    end
    test $position -eq $argv[2]
end

complete -c rancher -f
@lines@
