# Finds a unit's processes: by main process, by descent, and by the INVOCATION_ID of each start, as in systemd.
package Processes;
use strict;
use warnings;

# The start time of a process in clock ticks after boot; undef if it has ended or is a zombie. Detects reused ids.
sub start_time {
    my ($pid) = @_;
    open my $file, '<', "/proc/$pid/stat" or return undef;
    my $line = <$file> // return undef;
    $line =~ s/^.*\) //s;
    my @fields = split / /, $line;
    return $fields[0] =~ /[ZX]/ ? undef : $fields[19];
}

sub parent {
    my ($pid) = @_;
    open my $file, '<', "/proc/$pid/stat" or return 0;
    my $line = <$file> // return 0;
    $line =~ s/^.*\) //s;
    return (split / /, $line)[1];
}

sub ids { return grep { defined start_time($_) } map { m{/proc/(\d+)$} } glob '/proc/[0-9]*' }

# Every running process of a start: those with its invocation id, and descendants of the main process.
sub of_unit {
    my ($invocation, $main) = @_;
    my @ids = ids();
    my %member;
    for my $pid (@ids) {
        open my $file, '<', "/proc/$pid/environ" or next;
        local $/;
        my $environment = <$file> // '';
        $member{$pid} = 1 if $environment =~ /(?:^|\0)INVOCATION_ID=\Q$invocation\E(?:\0|$)/;
    }
    $member{$main} = 1 if $main && defined start_time($main);
    my %parent = map { $_ => parent($_) } @ids;
    for (my $grown = 1; $grown;) {
        $grown = 0;
        for my $pid (@ids) {
            next if $member{$pid} || !$member{ $parent{$pid} };
            $member{$pid} = $grown = 1;
        }
    }
    delete $member{$$};
    return sort { $a <=> $b } keys %member;
}

# Waits until all of them have ended, at most this many seconds. Returns true if none is left.
sub wait_gone {
    my ($seconds, @pids) = @_;
    my $until = time + $seconds;
    while (grep { defined start_time($_) } @pids) {
        return 0 if time > $until;
        select undef, undef, undef, 0.02;
    }
    return 1;
}

1;
