# Starts a unit's processes with a clean environment, in a new session, as the unit's user, with output to its log.
package Spawn;
use strict;
use warnings;
use CommandLine;
use Folders;
use Processes;
use UnitFile;

our $LOGS = '/run/log/small-systemctl';

sub log_path { my ($name) = @_; return "$LOGS/$name.log" }

sub note {
    my ($name, $text) = @_;
    Folders::make($LOGS);
    open my $log, '>>', log_path($name) or return;
    require POSIX;
    print $log POSIX::strftime('%b %d %H:%M:%S', localtime) . " systemd[1]: $text\n";
    close $log;
    return;
}

# Executes the command; never returns.
sub become {
    my ($unit, $command, $env) = @_;
    require POSIX;
    POSIX::setsid();
    open STDIN, '<', '/dev/null';
    Folders::make($LOGS);
    open STDOUT, '>>', log_path($unit->{name});
    open STDERR, '>&', \*STDOUT;
    my $user = UnitFile::last_of($unit, 'Service', 'User');
    my $group = UnitFile::last_of($unit, 'Service', 'Group');
    my $folder = UnitFile::last_of($unit, 'Service', 'WorkingDirectory', '/') =~ s/^-//r;
    umask oct UnitFile::last_of($unit, 'Service', 'UMask', '0022');
    if (defined $user || defined $group) {
        my @account = getpwnam($user // 'root') or exit 217;
        my $gid = defined $group ? getgrnam($group) // exit 216 : $account[3];
        @{$env}{qw(USER LOGNAME HOME SHELL)} = @account[0, 0, 7, 8];
        $folder = $account[7] if $folder eq '~';
        $) = "$gid $gid";
        $( = $gid;
        POSIX::setuid($account[2]);
    }
    chdir $folder or exit 200;
    # Otherwise the daemon would keep a maintainer script's descriptors open, such as those of debconf.
    POSIX::close($_) for grep { $_ > 2 } map { m{(\d+)$} } glob '/proc/self/fd/*';
    %ENV = %$env;
    { no warnings 'exec'; exec { $command->{path} } @{ $command->{words} }; }
    print "$command->{path}: $!\n";
    exit 203;
}

# Runs a control command. Returns its exit code, or 124 at the timeout (in seconds).
sub run {
    my ($unit, $line, $env, $seconds) = @_;
    my $command = CommandLine::parse($unit, $line, %$env);
    my $pid = fork // die "fork: $!\n";
    become($unit, $command, $env) if $pid == 0;
    my $code = eval {
        local $SIG{ALRM} = sub { die "late\n" };
        alarm($seconds < 1 ? 1 : $seconds);
        waitpid $pid, 0;
        alarm 0;
        $? & 127 ? 128 + ($? & 127) : $? >> 8;
    };
    if (!defined $code) {
        kill 'KILL', Processes::of_unit($env->{INVOCATION_ID}, $pid);
        waitpid $pid, 0;
        $code = 124;
        note($unit->{name}, "$unit->{name}: $command->{path} operation timed out. Terminating.");
    }
    return $command->{ignore_failure} ? 0 : $code;
}

# Starts a long-running command as a child of PID 1 and returns its process id.
sub daemon {
    my ($unit, $line, $env) = @_;
    my $command = CommandLine::parse($unit, $line, %$env);
    pipe my $read, my $write or die "pipe: $!\n";
    my $helper = fork // die "fork: $!\n";
    if ($helper == 0) {
        my $pid = fork;
        if ($pid) { syswrite $write, "$pid\n"; require POSIX; POSIX::_exit(0) }
        close $read;
        close $write;
        become($unit, $command, $env);
    }
    close $write;
    waitpid $helper, 0;
    chomp(my $pid = <$read>);
    return $pid;
}

# Opens the socket to which a Type=notify daemon sends READY=1: (path, handle).
sub notify_socket {
    my ($name) = @_;
    Folders::make('/run/small-systemctl');
    my $path = "/run/small-systemctl/.notify-$name";
    unlink $path;
    require Socket;
    socket my $socket, Socket::PF_UNIX(), Socket::SOCK_DGRAM(), 0 or die "socket: $!\n";
    bind $socket, Socket::sockaddr_un($path) or die "bind: $!\n";
    chmod 0666, $path;
    return ($path, $socket);
}

# Waits until the daemon is ready. Returns false if it ended, or at the timeout (in seconds).
sub ready {
    my ($socket, $pid, $seconds) = @_;
    my $until = time + $seconds;
    while (time <= $until) {
        vec(my $waiting = '', fileno $socket, 1) = 1;
        if (select $waiting, undef, undef, 0.05) {
            recv $socket, my $message, 4096, 0;
            return 1 if $message =~ /^READY=1$/m;
        }
        return 0 unless defined Processes::start_time($pid);
    }
    return 0;
}

1;
