/* SPDX-License-Identifier: MIT */
/*
 * What differs between machines: how a program starts, and how it calls the kernel.
 *
 * call(nr, a, b, c, d, e, f) passes six arguments whatever the system call takes (the kernel
 * ignores the rest) and returns what the kernel returned: a negative errno on failure.
 * start_c(sp) gets the initial stack pointer.
 */
#ifndef PROCMAPS_AGENT_ARCH_H
#define PROCMAPS_AGENT_ARCH_H

long call(long nr, long a, long b, long c, long d, long e, long f);
void start_c(unsigned long *sp);

#if defined(__x86_64__)
__asm__(".text\n.globl _start\n_start:\n"
	"	xor %ebp, %ebp\n"
	"	mov %rsp, %rdi\n"
	"	and $-16, %rsp\n"
	"	call start_c\n"
	".globl call\ncall:\n"
	"	mov %rdi, %rax\n"
	"	mov %rsi, %rdi\n"
	"	mov %rdx, %rsi\n"
	"	mov %rcx, %rdx\n"
	"	mov %r8, %r10\n"
	"	mov %r9, %r8\n"
	"	mov 8(%rsp), %r9\n"
	"	syscall\n"
	"	ret\n");
#elif defined(__i386__)
__asm__(".text\n.globl _start\n_start:\n"
	"	xor %ebp, %ebp\n"
	"	mov %esp, %eax\n"
	"	and $-16, %esp\n"
	"	sub $12, %esp\n"
	"	push %eax\n"
	"	call start_c\n"
	".globl call\ncall:\n"
	"	push %ebx\n"
	"	push %esi\n"
	"	push %edi\n"
	"	push %ebp\n"
	"	mov 20(%esp), %eax\n"
	"	mov 24(%esp), %ebx\n"
	"	mov 28(%esp), %ecx\n"
	"	mov 32(%esp), %edx\n"
	"	mov 36(%esp), %esi\n"
	"	mov 40(%esp), %edi\n"
	"	mov 44(%esp), %ebp\n"
	"	int $0x80\n"
	"	pop %ebp\n"
	"	pop %edi\n"
	"	pop %esi\n"
	"	pop %ebx\n"
	"	ret\n");
#elif defined(__aarch64__)
__asm__(".text\n.globl _start\n_start:\n"
	"	mov x29, xzr\n"
	"	mov x30, xzr\n"
	"	mov x0, sp\n"
	"	b start_c\n"
	".globl call\ncall:\n"
	"	mov x8, x0\n"
	"	mov x0, x1\n"
	"	mov x1, x2\n"
	"	mov x2, x3\n"
	"	mov x3, x4\n"
	"	mov x4, x5\n"
	"	mov x5, x6\n"
	"	svc #0\n"
	"	ret\n");
#elif defined(__arm__)
__asm__(".text\n.arm\n.globl _start\n_start:\n"
	"	mov r0, sp\n"
	"	bic sp, sp, #7\n"
	"	bl start_c\n"
	".globl call\n.type call, %function\ncall:\n"
	"	mov ip, sp\n"
	"	push {r4, r5, r6, r7}\n"
	"	mov r7, r0\n"
	"	mov r0, r1\n"
	"	mov r1, r2\n"
	"	mov r2, r3\n"
	"	ldm ip, {r3, r4, r5}\n"
	"	svc #0\n"
	"	pop {r4, r5, r6, r7}\n"
	"	bx lr\n");
#elif defined(__riscv)
__asm__(".text\n.globl _start\n_start:\n"
	"	mv a0, sp\n"
	"	andi sp, sp, -16\n"
	"	call start_c\n"
	".globl call\ncall:\n"
	"	mv a7, a0\n"
	"	mv a0, a1\n"
	"	mv a1, a2\n"
	"	mv a2, a3\n"
	"	mv a3, a4\n"
	"	mv a4, a5\n"
	"	mv a5, a6\n"
	"	ecall\n"
	"	ret\n");
#elif defined(__s390x__)
/* e and f arrive on the stack, behind the 160 bytes of the caller's register save area. */
__asm__(".text\n.globl _start\n_start:\n"
	"	lgr %r2, %r15\n"
	"	aghi %r15, -160\n"
	"	xc 0(8,%r15), 0(%r15)\n"
	"	brasl %r14, start_c\n"
	".globl call\ncall:\n"
	"	stmg %r6, %r7, 48(%r15)\n"
	"	lgr %r1, %r2\n"
	"	lgr %r2, %r3\n"
	"	lgr %r3, %r4\n"
	"	lgr %r4, %r5\n"
	"	lgr %r5, %r6\n"
	"	lg %r6, 160(%r15)\n"
	"	lg %r7, 168(%r15)\n"
	"	svc 0\n"
	"	lmg %r6, %r7, 48(%r15)\n"
	"	br %r14\n");
#elif defined(__powerpc64__)
/* Failure is the summary-overflow bit and a positive errno. */
__asm__(".text\n.globl _start\n_start:\n"
	"	lis 2, .TOC.@ha\n"
	"	addi 2, 2, .TOC.@l\n"
	"	mr 3, 1\n"
	"	clrrdi 1, 1, 4\n"
	"	li 0, 0\n"
	"	stdu 0, -32(1)\n"
	"	bl start_c\n"
	"	nop\n"
	".globl call\n.type call, @function\ncall:\n"
	"	mr 0, 3\n"
	"	mr 3, 4\n"
	"	mr 4, 5\n"
	"	mr 5, 6\n"
	"	mr 6, 7\n"
	"	mr 7, 8\n"
	"	mr 8, 9\n"
	"	sc\n"
	"	bnslr\n"
	"	neg 3, 3\n"
	"	blr\n");
#elif defined(__mips__)
/* o32: arguments beyond four on the stack; failure is a3 and a positive errno. */
__asm__(".text\n.set push\n.set noreorder\n.globl __start\n.globl _start\n__start:\n_start:\n"
	"	move $a0, $sp\n"
	"	li $t0, -8\n"
	"	and $sp, $sp, $t0\n"
	"	addiu $sp, $sp, -16\n"
	"	jal start_c\n"
	"	nop\n"
	".globl call\n.type call, @function\ncall:\n"
	"	move $v0, $a0\n"
	"	move $a0, $a1\n"
	"	move $a1, $a2\n"
	"	move $a2, $a3\n"
	"	lw $a3, 16($sp)\n"
	"	lw $t0, 20($sp)\n"
	"	lw $t1, 24($sp)\n"
	"	addiu $sp, $sp, -32\n"
	"	sw $t0, 16($sp)\n"
	"	sw $t1, 20($sp)\n"
	"	syscall\n"
	"	addiu $sp, $sp, 32\n"
	"	beqz $a3, 1f\n"
	"	nop\n"
	"	subu $v0, $zero, $v0\n"
	"1:	jr $ra\n"
	"	nop\n"
	".set pop\n");
#else
#error "no start and no system call for this machine: add them here"
#endif

#endif
