/** What the dashboard shares with the rest of monctl. Made by `make schemas`, not edited. */

/** The lines of each chart of a host's page. */
export const CHART_LINES = {
  "cpuStates": [
    {"metric": "cpu.usage_user", "text": "host.line.cpu.usage_user"},
    {"metric": "cpu.usage_system", "text": "host.line.cpu.usage_system"},
    {"metric": "cpu.usage_iowait", "text": "host.line.cpu.usage_iowait"},
    {"metric": "cpu.usage_nice", "text": "host.line.cpu.usage_nice"},
    {"metric": "cpu.usage_irq", "text": "host.line.cpu.usage_irq"},
    {"metric": "cpu.usage_softirq", "text": "host.line.cpu.usage_softirq"},
    {"metric": "cpu.usage_steal", "text": "host.line.cpu.usage_steal"},
    {"metric": "cpu.usage_guest", "text": "host.line.cpu.usage_guest"},
  ],
  "cpu": [
    {"metric": "cpu.usage_busy", "text": "host.line.cpu.usage_busy", "isBanded": true},
    {"metric": "cpu.usage_active", "text": "host.line.cpu.usage_active"},
  ],
  "cores": [
    {"metric": "cpu.usage_busy"},
  ],
  "memory": [
    {"metric": "mem.used", "text": "host.line.mem.used", "isBanded": true},
    {"metric": "mem.cached", "text": "host.line.mem.cached"},
    {"metric": "mem.available", "text": "host.line.mem.available"},
    {"metric": "mem.total", "text": "host.line.mem.total"},
  ],
  "swap": [
    {"metric": "swap.used", "text": "host.line.swap.used", "isBanded": true},
    {"metric": "swap.total", "text": "host.line.swap.total"},
  ],
  "load": [
    {"metric": "system.load1", "text": "host.line.system.load1", "isBanded": true},
    {"metric": "system.load5", "text": "host.line.system.load5"},
    {"metric": "system.load15", "text": "host.line.system.load15"},
    {"metric": "system.n_cpus", "text": "host.line.system.n_cpus"},
  ],
  "pressure": [
    {"metric": "pressure.avg10"},
  ],
  "temperature": [
    {"metric": "temp.temp"},
  ],
  "space": [
    {"metric": "disk.used_percent"},
  ],
  "inodes": [
    {"metric": "disk.inodes_used_percent"},
  ],
  "diskOperations": [
    {"metric": "diskio.reads_per_second", "text": "host.line.diskio.reads_per_second"},
    {"metric": "diskio.writes_per_second", "text": "host.line.diskio.writes_per_second"},
  ],
  "diskBytes": [
    {"metric": "diskio.read_bytes_per_second", "text": "host.line.diskio.read_bytes_per_second", "isBanded": true},
    {"metric": "diskio.write_bytes_per_second", "text": "host.line.diskio.write_bytes_per_second", "isBanded": true},
  ],
  "diskBusy": [
    {"metric": "diskio.util_percent"},
  ],
  "diskWait": [
    {"metric": "diskio.await_ms", "isBanded": true},
  ],
  "traffic": [
    {"metric": "net.bytes_recv_per_second", "text": "host.line.net.bytes_recv_per_second", "isBanded": true},
    {"metric": "net.bytes_sent_per_second", "text": "host.line.net.bytes_sent_per_second", "isBanded": true},
  ],
  "packets": [
    {"metric": "net.packets_recv_per_second", "text": "host.line.net.packets_recv_per_second"},
    {"metric": "net.packets_sent_per_second", "text": "host.line.net.packets_sent_per_second"},
  ],
  "networkErrors": [
    {"metric": "net.err_in_per_second", "text": "host.line.net.err_in_per_second"},
    {"metric": "net.err_out_per_second", "text": "host.line.net.err_out_per_second"},
    {"metric": "net.drop_in_per_second", "text": "host.line.net.drop_in_per_second"},
    {"metric": "net.drop_out_per_second", "text": "host.line.net.drop_out_per_second"},
  ],
  "tcp": [
    {"metric": "netstat.tcp_established", "text": "host.line.netstat.tcp_established"},
    {"metric": "netstat.tcp_listen", "text": "host.line.netstat.tcp_listen"},
    {"metric": "netstat.tcp_time_wait", "text": "host.line.netstat.tcp_time_wait"},
    {"metric": "netstat.tcp_close_wait", "text": "host.line.netstat.tcp_close_wait"},
    {"metric": "netstat.tcp_syn_sent", "text": "host.line.netstat.tcp_syn_sent"},
    {"metric": "netstat.tcp_syn_recv", "text": "host.line.netstat.tcp_syn_recv"},
    {"metric": "netstat.tcp_fin_wait1", "text": "host.line.netstat.tcp_fin_wait1"},
    {"metric": "netstat.tcp_fin_wait2", "text": "host.line.netstat.tcp_fin_wait2"},
    {"metric": "netstat.tcp_last_ack", "text": "host.line.netstat.tcp_last_ack"},
    {"metric": "netstat.tcp_closing", "text": "host.line.netstat.tcp_closing"},
  ],
  "udp": [
    {"metric": "netstat.udp_socket", "text": "host.line.netstat.udp_socket", "isBanded": true},
  ],
  "processes": [
    {"metric": "processes.total", "text": "host.line.processes.total"},
    {"metric": "processes.total_threads", "text": "host.line.processes.total_threads"},
  ],
  "processStates": [
    {"metric": "processes.running", "text": "host.line.processes.running"},
    {"metric": "processes.blocked", "text": "host.line.processes.blocked"},
    {"metric": "processes.zombies", "text": "host.line.processes.zombies"},
    {"metric": "processes.stopped", "text": "host.line.processes.stopped"},
  ],
  "pollDuration": [
    {"metric": "poll.duration_seconds", "text": "host.line.poll.duration_seconds", "isBanded": true},
  ],
  "clockOffset": [
    {"metric": "poll.clock_offset_seconds", "text": "host.line.poll.clock_offset_seconds", "isBanded": true},
  ],
} as const;

/** The English names of those lines. */
export const LINE_TEXTS = {
  "host.line.cpu.usage_user": "User",
  "host.line.cpu.usage_system": "System",
  "host.line.cpu.usage_nice": "Nice",
  "host.line.cpu.usage_iowait": "I/O wait",
  "host.line.cpu.usage_irq": "IRQ",
  "host.line.cpu.usage_softirq": "Soft IRQ",
  "host.line.cpu.usage_steal": "Steal",
  "host.line.cpu.usage_guest": "Guest",
  "host.line.cpu.usage_active": "Busy or waiting",
  "host.line.cpu.usage_busy": "Busy",
  "host.line.mem.total": "Total",
  "host.line.mem.available": "Available",
  "host.line.mem.used": "Used",
  "host.line.mem.cached": "Cached",
  "host.line.swap.total": "Total",
  "host.line.swap.used": "Used",
  "host.line.system.load1": "1 min",
  "host.line.system.load5": "5 min",
  "host.line.system.load15": "15 min",
  "host.line.system.n_cpus": "Cores",
  "host.line.diskio.reads_per_second": "reads",
  "host.line.diskio.writes_per_second": "writes",
  "host.line.diskio.read_bytes_per_second": "read",
  "host.line.diskio.write_bytes_per_second": "written",
  "host.line.net.bytes_sent_per_second": "out",
  "host.line.net.bytes_recv_per_second": "in",
  "host.line.net.packets_sent_per_second": "out",
  "host.line.net.packets_recv_per_second": "in",
  "host.line.net.err_in_per_second": "errors in",
  "host.line.net.err_out_per_second": "errors out",
  "host.line.net.drop_in_per_second": "drops in",
  "host.line.net.drop_out_per_second": "drops out",
  "host.line.netstat.tcp_established": "ESTABLISHED",
  "host.line.netstat.tcp_syn_sent": "SYN_SENT",
  "host.line.netstat.tcp_syn_recv": "SYN_RECV",
  "host.line.netstat.tcp_fin_wait1": "FIN_WAIT1",
  "host.line.netstat.tcp_fin_wait2": "FIN_WAIT2",
  "host.line.netstat.tcp_time_wait": "TIME_WAIT",
  "host.line.netstat.tcp_close_wait": "CLOSE_WAIT",
  "host.line.netstat.tcp_last_ack": "LAST_ACK",
  "host.line.netstat.tcp_listen": "LISTEN",
  "host.line.netstat.tcp_closing": "CLOSING",
  "host.line.netstat.udp_socket": "UDP",
  "host.line.processes.total": "Processes",
  "host.line.processes.running": "Running",
  "host.line.processes.blocked": "Blocked",
  "host.line.processes.zombies": "Zombies",
  "host.line.processes.stopped": "Stopped",
  "host.line.processes.total_threads": "Threads",
  "host.line.poll.duration_seconds": "Duration",
  "host.line.poll.clock_offset_seconds": "Offset",
} as const;

/** How often each collector runs by default; null: never. */
export const COLLECTORS = {
  "cpu": "0",
  "mem": "0",
  "swap": "0",
  "system": "0",
  "net": "0",
  "diskio": "0",
  "pressure": "0",
  "disk": "30s",
  "netstat": "30s",
  "processes": "30s",
  "temp": "30s",
  "users": "30s",
  "netfs": null,
} as const;

/** The functions of conditions, with arguments to begin with. */
export const FUNCTIONS = {
  "avg": "metric, 5m",
  "min": "metric, 5m",
  "max": "metric, 5m",
  "rate": "metric",
  "predict": "metric, 24h",
  "nodata": "2m",
} as const;
