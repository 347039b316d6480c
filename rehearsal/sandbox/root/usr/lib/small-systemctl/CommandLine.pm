# Splits an Exec line into arguments and expands variables, as in systemd.service(5), "COMMAND LINES".
package CommandLine;
use strict;
use warnings;
use UnitFile;

# The environment of a unit's processes. Later variables override earlier ones; EnvironmentFile overrides Environment.
sub environment {
    my ($unit, %extra) = @_;
    my %env = (PATH => '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', LANG => 'C.UTF-8');
    for my $line (UnitFile::all($unit, 'Service', 'Environment')) {
        for (words(UnitFile::specifiers($unit, $line))) { $env{$1} = $2 if /^([^=]+)=(.*)$/s }
    }
    for my $entry (UnitFile::all($unit, 'Service', 'EnvironmentFile')) {
        my ($optional, $path) = UnitFile::specifiers($unit, $entry) =~ /^(-?)(.+)$/;
        if (!-e $path) {
            next if $optional;
            die "Failed to load environment files: $path does not exist\n";
        }
        for my $line (split /\n/, UnitFile::slurp($path)) {
            next if $line =~ /^\s*([#;]|$)/;
            $env{$1} = join ' ', words($2) if $line =~ /^\s*([A-Za-z_]\w*)=(.*)$/;
        }
    }
    return (%env, %extra);
}

# { words => [...], ignore_failure => 0|1, path => executable }
sub parse {
    my ($unit, $line, %env) = @_;
    my ($prefix, $rest) = UnitFile::specifiers($unit, $line) =~ /^([-@:+!]*)\s*(.*)$/s;
    my @words = map { expand($_, scalar($prefix =~ /:/), %env) } words($rest);
    my $path = $words[0];
    splice @words, 0, 1 if $prefix =~ /@/;
    return { words => \@words, path => $path, ignore_failure => $prefix =~ /-/ ? 1 : 0 };
}

# An argument $NAME is split into the words of its value; ${NAME} is expanded within its argument.
sub expand {
    my ($word, $literally, %env) = @_;
    return $word if $literally;
    return words($env{$1} // '') if $word =~ /^\$([A-Za-z_]\w*)$/;
    $word =~ s/\$\$|\$\{([A-Za-z_]\w*)\}/defined $1 ? $env{$1} \/\/ '' : '$'/ge;
    return $word;
}

# Splits at blanks outside single and double quotes, and evaluates C-like escapes.
sub words {
    my ($text) = @_;
    my %escape = (n => "\n", t => "\t", s => ' ', '\\' => '\\', '"' => '"', "'" => "'");
    my @words;
    while ($text =~ /\G\s*((?:"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|\\.|[^\s"'\\])+)/gs) {
        my $raw = $1;
        my $word = '';
        while ($raw =~ /\G(?:"((?:\\.|[^"\\])*)"|'((?:\\.|[^'\\])*)'|((?:\\.|[^"'\\])+))/gs) {
            my $part = $1 // $2 // $3;
            $part =~ s/\\(.)/exists $escape{$1} ? $escape{$1} : "\\$1"/gse;
            $word .= $part;
        }
        push @words, $word;
    }
    return @words;
}

1;
