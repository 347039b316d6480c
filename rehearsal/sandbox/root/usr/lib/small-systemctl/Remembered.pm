# Stores the state of units between calls, one small file per fact under /run: main process, invocation id, state, and
# the loaded unit file. systemd has these in memory.
package Remembered;
use strict;
use warnings;
use Fcntl qw(LOCK_EX);
use Folders;
use Processes;
use UnitFile;

our $FOLDER = '/run/small-systemctl';

sub get {
    my ($name, $fact) = @_;
    my $path = "$FOLDER/$name/$fact";
    return -e $path ? UnitFile::slurp($path) : undef;
}

sub put {
    my ($name, $fact, $value) = @_;
    Folders::make("$FOLDER/$name");
    return unlink "$FOLDER/$name/$fact" unless defined $value;
    open my $file, '>', "$FOLDER/$name/.$fact" or die "cannot write $FOLDER/$name/$fact: $!\n";
    print $file $value;
    close $file;
    return rename "$FOLDER/$name/.$fact", "$FOLDER/$name/$fact";
}

sub forget { my ($name, @facts) = @_; put($name, $_, undef) for @facts; return }

# One job at a time for a unit; released when the returned handle goes out of scope.
sub lock_unit {
    my ($name) = @_;
    Folders::make("$FOLDER/$name");
    open my $file, '>', "$FOLDER/$name/.lock" or die "cannot lock $name: $!\n";
    flock $file, LOCK_EX;
    return $file;
}

# The loaded unit file: like systemd, uses it until daemon-reload, even if the file has changed.
sub unit {
    my ($name) = @_;
    my $on_disk = UnitFile::load($name);
    my $loaded = get($on_disk->{name}, 'definition');
    return $on_disk unless defined $loaded;
    my $unit = UnitFile::from_text($on_disk->{name}, get($on_disk->{name}, 'path'), $loaded);
    $unit->{changed_on_disk} = 1 if $loaded ne $on_disk->{text};
    return $unit;
}

sub keep_definition {
    my ($unit) = @_;
    put($unit->{name}, 'definition', $unit->{text});
    put($unit->{name}, 'path', $unit->{path});
    return;
}

sub reload_definitions { unlink glob "$FOLDER/*/definition $FOLDER/*/path"; return }

# The running main process, or 0. The PIDFile is read again if the process it named has ended.
sub main_pid {
    my ($unit) = @_;
    my ($pid, $started) = split / /, get($unit->{name}, 'main') // '';
    if ($pid) {
        my $now = Processes::start_time($pid);
        return $pid if defined $now && $now == $started;
        my $file = UnitFile::last_of($unit, 'Service', 'PIDFile') // return 0;
        my ($again) = UnitFile::slurp(UnitFile::specifiers($unit, $file)) =~ /^(\d+)/;
        return remember_main($unit->{name}, $again) if $again && defined Processes::start_time($again);
    }
    return 0;
}

sub remember_main {
    my ($name, $pid) = @_;
    put($name, 'main', "$pid " . (Processes::start_time($pid) // 0));
    return $pid;
}

# active, inactive or failed. Exit codes are not collected, so a daemon that ended without a stop counts as failed.
sub state {
    my ($unit) = @_;
    my $state = get($unit->{name}, 'state') // 'inactive';
    return $state if $state ne 'active' || defined get($unit->{name}, 'no-process');
    return main_pid($unit) ? 'active' : 'failed';
}

# Everything except the lock, for which another call may be waiting.
sub clean { my ($name) = @_; unlink glob "$FOLDER/$name/*"; return }

1;
