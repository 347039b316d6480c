# Starts, reloads and stops a service. Restart=, resource limits and sandboxing options are ignored.
package Service;
use strict;
use warnings;
use CommandLine;
use Folders;
use Processes;
use Remembered;
use Spawn;
use UnitFile;

# Whether all path conditions hold. A unit with an unmet condition is skipped, which is not a failure.
sub conditions_hold {
    my ($unit) = @_;
    my %test = (ConditionPathExists => sub { -e $_[0] }, ConditionPathIsDirectory => sub { -d $_[0] },
        ConditionFileNotEmpty => sub { -s $_[0] });
    for my $key (keys %test) {
        for my $value (UnitFile::all($unit, 'Unit', $key)) {
            my ($not, $path) = $value =~ /^\|?(!?)(.*)$/;
            return 0 if ($test{$key}->($path) ? 1 : 0) == ($not ? 1 : 0);
        }
    }
    return 1;
}

sub make_folders {
    my ($unit) = @_;
    my %base = (Runtime => '/run', State => '/var/lib', Cache => '/var/cache', Logs => '/var/log', Configuration => '/etc');
    my ($uid, $gid) = (getpwnam UnitFile::last_of($unit, 'Service', 'User', 'root'))[2, 3];
    for my $kind (keys %base) {
        my $mode = oct UnitFile::last_of($unit, 'Service', "${kind}DirectoryMode", '0755');
        for (map { split } UnitFile::all($unit, 'Service', "${kind}Directory")) {
            my $path = "$base{$kind}/" . UnitFile::specifiers($unit, $_);
            Folders::make($path);
            chmod $mode, $path;
            chown $uid, $gid, $path if $kind ne 'Configuration';
        }
    }
    return;
}

# Returns undef if the unit runs, otherwise systemd's name of the result ("exit-code", "timeout", "protocol").
sub start {
    my ($unit) = @_;
    my $name = $unit->{name};
    my $type = UnitFile::last_of($unit, 'Service', 'Type', 'simple');
    my $invocation = join '', map { sprintf '%04x', int rand 65536 } 1 .. 8;
    my $seconds = UnitFile::seconds(UnitFile::last_of($unit, 'Service', 'TimeoutStartSec',
        UnitFile::last_of($unit, 'Service', 'TimeoutSec', $type eq 'oneshot' ? 'infinity' : '90')));
    Remembered::clean($name);
    Remembered::keep_definition($unit);
    Remembered::put($name, 'invocation', $invocation);
    make_folders($unit);
    my %env = CommandLine::environment($unit, INVOCATION_ID => $invocation);
    for (UnitFile::all($unit, 'Service', 'ExecStartPre')) {
        my $code = Spawn::run($unit, $_, \%env, $seconds);
        return failed($unit, $code == 124 ? 'timeout' : 'exit-code') if $code;
    }
    my $problem = run_main($unit, $type, \%env, $seconds);
    return failed($unit, $problem) if $problem;
    for (UnitFile::all($unit, 'Service', 'ExecStartPost')) {
        if (Spawn::run($unit, $_, \%env, $seconds)) { kill_processes($unit); return failed($unit, 'exit-code') }
    }
    my $lasting = $type ne 'oneshot' || UnitFile::yes(UnitFile::last_of($unit, 'Service', 'RemainAfterExit'));
    Remembered::put($name, 'state', $lasting ? 'active' : 'inactive');
    Spawn::note($name, "Started $name.");
    return undef;
}

sub run_main {
    my ($unit, $type, $env, $seconds) = @_;
    my @lines = UnitFile::all($unit, 'Service', 'ExecStart');
    if ($type eq 'oneshot' || $type eq 'forking') {
        for (@lines) {
            my $code = Spawn::run($unit, $_, $env, $seconds);
            return $code == 124 ? 'timeout' : 'exit-code' if $code;
        }
        Remembered::put($unit->{name}, 'no-process', 1) if $type eq 'oneshot';
        return $type eq 'oneshot' ? undef : adopt($unit, $env, $seconds);
    }
    my ($path, $socket) = $type eq 'notify' ? Spawn::notify_socket($unit->{name}) : ();
    $env->{NOTIFY_SOCKET} = $path if $path;
    my $pid = Spawn::daemon($unit, $lines[0], $env);
    Remembered::remember_main($unit->{name}, $pid);
    $env->{MAINPID} = $pid;
    return undef if $type ne 'notify' || Spawn::ready($socket, $pid, $seconds);
    my $alive = defined Processes::start_time($pid);
    kill_processes($unit);
    return $alive ? 'timeout' : 'exit-code';
}

# The main process of a forking service: the one in its PIDFile, otherwise the only remaining process.
sub adopt {
    my ($unit, $env, $seconds) = @_;
    my $file = UnitFile::last_of($unit, 'Service', 'PIDFile');
    my $until = time + ($seconds < 10 ? $seconds : 10);
    while (time <= $until) {
        my ($pid) = defined $file
            ? UnitFile::slurp(UnitFile::specifiers($unit, $file =~ s{^(?!/)}{/run/}r)) =~ /^(\d+)/
            : Processes::of_unit($env->{INVOCATION_ID}, 0);
        return Remembered::remember_main($unit->{name}, $pid) && undef if $pid && defined Processes::start_time($pid);
        select undef, undef, undef, 0.02;
    }
    kill_processes($unit);
    return 'protocol';
}

sub failed {
    my ($unit, $result) = @_;
    Spawn::note($unit->{name}, "$unit->{name}: Failed with result '$result'.");
    remove_runtime_folders($unit);
    Remembered::put($unit->{name}, 'state', 'failed');
    Remembered::put($unit->{name}, 'result', $result);
    return $result;
}

sub remove_runtime_folders {
    my ($unit) = @_;
    return if UnitFile::yes(UnitFile::last_of($unit, 'Service', 'RuntimeDirectoryPreserve'));
    for (map { split } UnitFile::all($unit, 'Service', 'RuntimeDirectory')) {
        require File::Path;
        File::Path::remove_tree("/run/$_");
    }
    return;
}

sub control_environment {
    my ($unit) = @_;
    return CommandLine::environment($unit,
        INVOCATION_ID => Remembered::get($unit->{name}, 'invocation') // '',
        MAINPID => Remembered::main_pid($unit) || '');
}

sub reload {
    my ($unit) = @_;
    my %env = control_environment($unit);
    for (UnitFile::all($unit, 'Service', 'ExecReload')) {
        return 'exit-code' if Spawn::run($unit, $_, \%env, 90);
    }
    Spawn::note($unit->{name}, "Reloaded $unit->{name}.");
    return undef;
}

sub stop {
    my ($unit) = @_;
    my %env = control_environment($unit);
    my $seconds = stop_seconds($unit);
    if (Remembered::main_pid($unit)) { Spawn::run($unit, $_, \%env, $seconds) for UnitFile::all($unit, 'Service', 'ExecStop') }
    kill_processes($unit);
    Spawn::run($unit, $_, \%env, $seconds) for UnitFile::all($unit, 'Service', 'ExecStopPost');
    remove_runtime_folders($unit);
    Remembered::forget($unit->{name}, qw(main invocation no-process result));
    Remembered::put($unit->{name}, 'state', 'inactive');
    Spawn::note($unit->{name}, "Stopped $unit->{name}.");
    return;
}

sub stop_seconds {
    my ($unit) = @_;
    return UnitFile::seconds(UnitFile::last_of($unit, 'Service', 'TimeoutStopSec',
        UnitFile::last_of($unit, 'Service', 'TimeoutSec', '90')));
}

# Ends the remaining processes of a service according to its KillMode, see systemd.kill(5).
sub kill_processes {
    my ($unit) = @_;
    my $mode = UnitFile::last_of($unit, 'Service', 'KillMode', 'control-group');
    my $main = Remembered::main_pid($unit);
    my @all = Processes::of_unit(Remembered::get($unit->{name}, 'invocation') // 'none', $main);
    my @first = $mode eq 'none' ? () : $mode eq 'control-group' ? @all : $main ? ($main) : ();
    my $signal = UnitFile::last_of($unit, 'Service', 'KillSignal', 'SIGTERM') =~ s/^SIG//r;
    kill $signal, @first;
    if (!Processes::wait_gone(stop_seconds($unit), @first)) { kill 'KILL', @first }
    if ($mode eq 'mixed' || $mode eq 'control-group') {
        kill 'KILL', @all;
        Processes::wait_gone(5, @all);
    }
    return;
}

1;
